import { createGraphiQLFetcher, type Fetcher, type FetcherReturnType } from '@graphiql/toolkit';
import { currentAuthorization, fetchWithFreshToken } from './session';

const send = createGraphiQLFetcher({
  url: '/graphql',
  subscriptionUrl: `${location.origin.replace(/^http/, 'ws')}/graphql/ws`,
  fetch: fetchWithFreshToken,
  enableIncrementalDelivery: false,
});

/** No schema and no error: anything else that GraphiQL gets for one would stand in the response pane before the user has asked for something. */
const NO_SCHEMA = '' as unknown as FetcherReturnType;

export const fetcher: Fetcher = (params, options) =>
  params.operationName === 'IntrospectionQuery' ? introspect(params, options) : send(params, options);

const introspect: Fetcher = async (params, options) => {
  // GraphiQL's first request comes before there is a headers editor.
  const headers = options?.headers ?? currentAuthorization();
  const answer = await send(params, { ...options, headers });
  const refusedAsStranger = !('data' in answer) && Object.keys(headers).length === 0;
  return refusedAsStranger ? NO_SCHEMA : answer;
};
