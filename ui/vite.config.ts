/** How the web page is built: one entry; the graph in a chunk of its own, loaded when somebody looks at it. */
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
    // "use client" means nothing here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
})
