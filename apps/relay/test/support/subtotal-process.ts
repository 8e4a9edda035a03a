import { createMockSubtotal } from '@subtotal-connectors/testing/mocks'

/** A mock Subtotal in a process of its own, which retries webhooks after seconds. Its first line is its URL; it ends with its parent's pipe. */
const subtotal = await createMockSubtotal({ retryDelaysMs: [1_000, 2_000] })
process.stdout.write(`${subtotal.url}\n`)
process.stdin.resume().on('end', () => void subtotal.close())
