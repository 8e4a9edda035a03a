import { defineProject } from 'vitest/config'

export default defineProject({
  // Property tests must not depend on how busy the machine is.
  test: { testTimeout: 120_000 },
  ssr: { resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] },
})
