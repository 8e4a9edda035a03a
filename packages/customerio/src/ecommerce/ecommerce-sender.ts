import type { CallOptions, DeliveryResult } from '@subtotal-connectors/core'
import { createSender } from '@subtotal-connectors/core'
import { toCustomerioApi } from '../customerio-api.ts'
import type { EcommerceEvent } from './ecommerce-event.ts'
import type { EcommerceSenderOptions } from './ecommerce-sender-options.ts'
import { checkEcommerceSenderOptions } from './ecommerce-sender-options.ts'
import { personalStrings } from './personal-strings.ts'

/** Sends semantic ecommerce events of the brand's own shop. It never retries by itself. */
export interface EcommerceSender {
  /**
   * Sends the events, in as few requests as the limits allow. One result per event, same order and length, with the meanings that
   * a connector's `deliver` has; it does not throw for anything that Customer.io or the network does.
   */
  send(events: readonly EcommerceEvent[], options?: CallOptions): Promise<readonly DeliveryResult[]>
  /** Ends what is in flight and closes the sockets. */
  close(): Promise<void>
}

/**
 * A sender for the events made by {@link ecommerceEvent}, over the connectors' runtime: the same requests, limits and results.
 * Throws an `OptionsError` that names the option when the options cannot work.
 *
 * @example
 * ```ts
 * const sender = createEcommerceSender({ apiKey: process.env.CUSTOMERIO_API_KEY ?? '' })
 * const [result] = await sender.send([ecommerceEvent('Product Viewed', { anonymousId: 'visitor-7' }, { sku: '041331027878' })])
 * ```
 */
export function createEcommerceSender(options: EcommerceSenderOptions): EcommerceSender {
  const access = checkEcommerceSenderOptions(options)
  const { concurrency } = access
  const sender = createSender(toCustomerioApi<EcommerceEvent>(access), concurrency === undefined ? {} : { concurrency })
  return {
    send: (events, callOptions) =>
      sender.send(
        events.map((event) => ({ messages: [event], personalValues: () => personalStrings(event) })),
        callOptions,
      ),
    close: () => sender.close(),
  }
}
