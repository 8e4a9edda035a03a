import type { CustomerioObject } from './mock-customerio-rule.ts'
import type { MockServerOptions } from './mock-server.ts'

/** An API key that `createMockCustomerio` never accepts, to test what a wrong key does. */
export const revokedCustomerioKey = 'revoked'

/** Options of `createMockCustomerio`. Where Customer.io's own pages are silent, an option chooses. */
export interface MockCustomerioOptions extends MockServerOptions<CustomerioObject> {
  /** The one key that is accepted. Default: every key but `revokedCustomerioKey`. */
  readonly apiKey?: string
  /**
   * What one bad message does to its batch, which no page says. `'reject_batch'`: nothing of the batch is taken, and strict
   * mode answers 400 without an index. `'multi_status'`: the others are taken, and strict mode answers 207 with errors by
   * `batch_index`, as the older Track API does. Default `'reject_batch'`.
   */
  readonly partial?: 'reject_batch' | 'multi_status'
}

/** `MockCustomerioOptions` with the defaults filled in, as far as the rules need them. */
export interface CustomerioSettings {
  readonly apiKey: string | undefined
  readonly partial: 'reject_batch' | 'multi_status'
}

/** Fills in the defaults. */
export function toCustomerioSettings(options: MockCustomerioOptions): CustomerioSettings {
  return { apiKey: options.apiKey, partial: options.partial ?? 'reject_batch' }
}
