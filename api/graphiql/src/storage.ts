/**
 * GraphiQL's own storage, except that no request header gets into it: tabs and history would both keep the access token in localStorage. Setting
 * `shouldPersistHeaders` to false covers the tabs but not the history.
 */
const PREFIX = 'graphiql:';
const HEADERS = [`${PREFIX}headers`, `${PREFIX}shouldPersistHeaders`];

export const storage: Storage = {
  get length() {
    return ownKeys().length;
  },
  key: index => ownKeys()[index] ?? null,
  getItem: key => localStorage.getItem(key),
  setItem(key, value) {
    if (!HEADERS.includes(key)) localStorage.setItem(key, withoutHeaders(value));
  },
  removeItem: key => localStorage.removeItem(key),
  clear: () => ownKeys().forEach(key => localStorage.removeItem(key)),
};

// Headers that an earlier page left behind must not come back.
HEADERS.forEach(key => localStorage.removeItem(key));
ownKeys().forEach(key => storage.setItem(key, localStorage.getItem(key)!));

function ownKeys(): string[] {
  return Object.keys(localStorage).filter(key => key.startsWith(PREFIX));
}

function withoutHeaders(value: string): string {
  if (!value.includes('"headers"')) return value;
  try {
    return JSON.stringify(JSON.parse(value), (key, inner) => (key === 'headers' ? null : inner));
  } catch {
    return value; // A query's or a variable's text: it has no headers of ours.
  }
}
