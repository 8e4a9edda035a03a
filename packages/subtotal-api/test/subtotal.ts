import { type CreateMockSubtotalOptions, createMockSubtotal, type MockSubtotal } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import { createSubtotalApi } from '../src/create-subtotal-api.ts'
import type { SubtotalApi } from '../src/subtotal-api.ts'
import type { SubtotalApiOptions } from '../src/subtotal-api-options.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

/** The key of the tests. */
export const apiKey = 'subtotal-key-0123456789-of-the-tests'

/** A client, the mock it speaks to, and the clock that both go by. */
export interface Subtotal {
  readonly api: SubtotalApi
  readonly mock: MockSubtotal
  readonly clock: FakeClock
}

/** Starts both; the test's end closes them. */
export async function startSubtotal(
  options: Partial<SubtotalApiOptions> = {},
  mockOptions: CreateMockSubtotalOptions = {},
): Promise<Subtotal> {
  const clock = createFakeClock()
  const mock = await createMockSubtotal({ clock, ...mockOptions })
  const credentials = options.accessToken === undefined ? { apiKey } : {}
  const api = createSubtotalApi({ ...credentials, baseUrl: mock.url, requestsPerSecond: 1_000, clock, ...options })
  onTestFinished(async () => {
    api.close()
    await mock.close()
  })
  return { api, mock, clock }
}

/** The error that a call rejects with. */
export async function errorOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('The call did not reject.')
}
