import { defineProject } from 'vitest/config'

export default defineProject({
  ssr: { resolve: { conditions: ['@subtotal-connectors/source', 'node', 'default'] } },
  resolve: { conditions: ['@subtotal-connectors/source', 'node', 'default'] },
  test: { testTimeout: 60_000, hookTimeout: 60_000 },
})
