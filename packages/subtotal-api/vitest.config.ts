import { defineProject } from 'vitest/config'

export default defineProject({
  ssr: { resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] } },
  resolve: { conditions: ['@subtotal-connectors/source', 'node', 'import', 'default'] },
})
