import { useSyncExternalStore } from 'react';

/** Who is signed in, and the tokens, fresh: an access token lives a quarter of an hour, a refresh token is good for one exchange. */
interface Session {
  email: string;
  accessToken: string;
  refreshToken: string;
  /** When to exchange the tokens, by this machine's clock. */
  dueAt: number;
}

interface State {
  session: Session | null;
  /** Why the session ended, if not by signing out. */
  notice: string | null;
}

interface Answer {
  data?: Record<string, SignInPayload | null> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

interface SignInPayload {
  accessToken: string | null;
  refreshToken: string | null;
  expiresAt: string | null;
  user?: { email: string } | null;
  userErrors: { message: string }[];
}

/** The server said no, and asking again would not help. */
class Refused extends Error {}

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken expiresAt user { email } userErrors { message } }
}`;
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken expiresAt userErrors { message } }
}`;
const SIGN_OUT = 'mutation SignOut { signOut(input: {}) { userErrors { message } } }';

const STORED = 'tessera:session';
const MARGIN_MS = 60_000;
const RETRY_MS = 10_000;

/** Every access token that this page was given, to tell them from one that the user wrote into the headers. */
const issued = new Set<string>();
const listeners = new Set<() => void>();
let state: State = { session: null, notice: null };
let timer: number | undefined;
let refreshing: Promise<void> | null = null;

export function useSession(): State {
  return useSyncExternalStore(subscribe, () => state);
}

/** Rejects with a message for the user. */
export async function signIn(email: string, password: string): Promise<void> {
  begin(await exchange(email, SIGN_IN, { email, password }));
}

/** Ends in a new page, so that neither tokens nor answers stay in memory. */
export async function signOut(): Promise<void> {
  await refreshIfDue();
  const token = state.session?.accessToken;
  clearTimeout(timer);
  set({ session: null, notice: null });
  if (token) await post(SIGN_OUT, {}, token).catch(() => undefined);
  location.reload();
}

/** `fetch`, with the newest of our tokens wherever an older one was about to be sent. */
export const fetchWithFreshToken: typeof fetch = async (url, init) => {
  const headers = new Headers(init?.headers);
  if (isOurs(headers.get('authorization'))) {
    await refreshIfDue();
    if (state.session) headers.set('authorization', bearer(state.session.accessToken));
  }
  return fetch(url, { ...init, headers });
};

export function currentAuthorization(): Record<string, string> {
  return state.session ? { Authorization: bearer(state.session.accessToken) } : {};
}

/** Whether the value of an Authorization header holds a token that this page was given, also one that has expired. */
export function isOurs(authorization: string | null): boolean {
  return authorization !== null && issued.has(authorization.replace(/^Bearer /, ''));
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: State): void {
  state = next;
  listeners.forEach(listener => listener());
}

function begin(session: Session): void {
  issued.add(session.accessToken);
  set({ session, notice: null });
  schedule(session.dueAt - Date.now());
}

function schedule(delay: number): void {
  clearTimeout(timer);
  timer = setTimeout(refreshIfDue, Math.max(delay, 0));
}

async function refreshIfDue(): Promise<void> {
  if (!state.session || state.session.dueAt > Date.now()) return;
  // One exchange at a time: using a refresh token twice ends the session.
  refreshing ??= refresh(state.session).finally(() => (refreshing = null));
  await refreshing;
}

async function refresh({ email, refreshToken }: Session): Promise<void> {
  try {
    begin(await exchange(email, REFRESH, { refreshToken }));
  } catch (error) {
    if (error instanceof Refused) {
      set({ session: null, notice: 'Your session has ended. Please sign in again.' });
    } else {
      schedule(RETRY_MS);
    }
  }
}

async function exchange(email: string, mutation: string, input: object): Promise<Session> {
  const { answer, sentAt } = await post(mutation, { input });
  const payload = Object.values(answer.data ?? {})[0];
  if (!payload?.accessToken || !payload.refreshToken || !payload.expiresAt) throw refusal(payload, answer);

  const lifetime = Date.parse(payload.expiresAt) - sentAt;
  return {
    email: payload.user?.email ?? email,
    accessToken: payload.accessToken,
    refreshToken: payload.refreshToken,
    // At least a while, so that a lifetime as short as the margin does not refresh without end.
    dueAt: Date.now() + Math.max(lifetime - MARGIN_MS, RETRY_MS),
  };
}

function refusal(payload: SignInPayload | null | undefined, answer: Answer): Error {
  if (payload?.userErrors.length) return new Refused(payload.userErrors.map(error => error.message).join(' '));

  const message = answer.errors?.map(error => error.message).join(' ') ?? 'The server sent no token.';
  const ended = answer.errors?.some(error => error.extensions?.code === 'UNAUTHENTICATED');
  return ended ? new Refused(message) : new Error(message);
}

async function post(query: string, variables: object, token?: string): Promise<{ answer: Answer; sentAt: number }> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token && { authorization: bearer(token) }),
    },
    body: JSON.stringify({ query, variables }),
  }).catch(() => {
    throw new Error('The server cannot be reached.');
  });
  const answer: Answer = await response.json().catch(() => {
    throw new Error(`The server answered with status ${response.status}.`);
  });
  // The server's clock, because this machine's may be wrong by more than a token lives.
  return { answer, sentAt: Date.parse(response.headers.get('date') ?? '') || Date.now() };
}

// A reload keeps the session. It lies in sessionStorage only from one page to the next: a duplicated tab copies what is there, and the second
// tab to use the refresh token would end the session of both.
const stored = sessionStorage.getItem(STORED);
sessionStorage.removeItem(STORED);
if (stored) begin(JSON.parse(stored));

addEventListener('pagehide', () => {
  if (state.session && !refreshing) sessionStorage.setItem(STORED, JSON.stringify(state.session));
});

addEventListener('pageshow', event => {
  // Back from the browser's memory with tokens that a later page may have used.
  if (!event.persisted) return;
  set({ session: null, notice: null });
  location.reload();
});
