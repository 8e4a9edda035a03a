import { defineConfig } from 'vitest/config'

/** The console in a real browser: `npm run test:browser`. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] },
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: ['test/browser/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
