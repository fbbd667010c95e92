/** `npm run test:cluster`: the same stories on a real control plane, and what only a real one can show. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'cluster',
    include: ['test/e2e/**/*.test.ts', 'test/cluster/**/*.test.ts'],
    env: { HALCYON_E2E: 'cluster' },
    globalSetup: ['test/support/cluster/before-all.ts'],
    testTimeout: 180_000,
    hookTimeout: 90_000,
    // Each story has a control plane of its own: one at a time is what two cores carry.
    fileParallelism: false,
  },
})
