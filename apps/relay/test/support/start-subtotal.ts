import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { MockSubtotal } from '@subtotal-connectors/testing/mocks'
import { createMockSubtotal } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import { quickApi } from './quick-api.ts'

/** A mock Subtotal and a client of its API that is as quick as it can be; both end when the test has finished. */
export async function startSubtotal(options: Parameters<typeof createMockSubtotal>[0] = {}): Promise<{
  readonly subtotal: MockSubtotal
  readonly api: SubtotalApi
}> {
  const subtotal = await createMockSubtotal(options)
  onTestFinished(() => subtotal.close())
  return { subtotal, api: quickApi(subtotal.url) }
}
