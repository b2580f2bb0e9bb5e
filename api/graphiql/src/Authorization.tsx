import { useDidUpdate, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import { bearer, isOurs, useSession } from './session';

/** Shows nothing; keeps the access token in GraphiQL's headers editor, where the user sees it and may replace it by another. */
export function Authorization() {
  const token = useSession().session?.accessToken;
  const editor = useGraphiQL(state => state.headerEditor);
  const { introspect } = useGraphiQLActions();

  useEffect(() => {
    if (!editor || !token) return;
    const write = () => {
      const text = editor.getValue();
      const next = withToken(text, token);
      if (next !== text) editor.setValue(next);
    };
    write();
    // A flush is GraphiQL's, not the user's: it shows another tab or an entry of the history, whose headers are empty or old.
    const listener = editor.onDidChangeModelContent(event => event.isFlush && queueMicrotask(write));
    return () => listener.dispose();
  }, [editor, token]);

  const signedIn = token !== undefined;
  useDidUpdate(() => {
    if (signedIn) void introspect();
  }, [signedIn]);

  return null;
}

/** Leaves alone what is no JSON object yet, and a token that is not ours. */
function withToken(text: string, token: string): string {
  const headers = parse(text);
  if (!headers) return text;

  const name = Object.keys(headers).find(key => key.toLowerCase() === 'authorization') ?? 'Authorization';
  const value = headers[name];
  if (value !== undefined && !isOurs(String(value))) return text;
  if (value === bearer(token)) return text;
  return JSON.stringify({ ...headers, [name]: bearer(token) }, null, 2);
}

function parse(text: string): Record<string, unknown> | null {
  if (!text.trim()) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
