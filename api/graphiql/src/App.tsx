import { Button } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { Authorization } from './Authorization';
import { fetcher } from './fetcher';
import icon from './icon.svg';
import { signOut, useSession } from './session';
import { SignIn } from './SignIn';
import { storage } from './storage';

const FIRST_QUERY = `# Ctrl-Enter runs it.
query Segments {
  segments(first: 20) {
    totalCount
    nodes {
      name
      memberCount
      averageTransactionValue {
        amount
        currencyCode
      }
      averageSpending {
        amount
      }
    }
  }
}
`;

export function App() {
  const { session } = useSession();
  return (
    // GraphiQL's class, because its colours and their dark twins are variables of that class.
    <div className="graphiql-container page">
      <header>
        <h1>
          <img src={icon} alt="" />
          Tessera · GraphiQL
        </h1>
        {session ? (
          <p className="signed-in">
            {session.email}
            <Button type="button" onClick={signOut}>
              Sign out
            </Button>
          </p>
        ) : (
          <SignIn />
        )}
      </header>
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        shouldPersistHeaders={false}
        defaultQuery={FIRST_QUERY}
        defaultEditorToolsVisibility="headers"
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <Authorization />
      </GraphiQL>
    </div>
  );
}
