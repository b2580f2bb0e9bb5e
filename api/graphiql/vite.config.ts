import { defineConfig } from 'vite';

export default defineConfig({
  // Absolute, because the page itself is served at /graphiql without a slash at the end.
  base: '/graphiql/',
  build: {
    target: 'es2022',
    // Every browser that runs GraphiQL 5 knows modulepreload.
    modulePreload: { polyfill: false },
    // The icon is named by the page and by the script; inlined in one of them, depending on which comes first, it would change the hashes.
    assetsInlineLimit: 0,
    // Monaco is one large chunk, and splitting it would save nobody anything.
    chunkSizeWarningLimit: 4000,
    // The bundled packages' licences ask to be passed on with them.
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      // "use client" means nothing here, and dozens of packages say it.
      checks: { moduleLevelDirective: false },
    },
  },
});
