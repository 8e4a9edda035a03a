import { createMockSubtotal, createShoppers, type ShopperEvent, type ShopperStep } from '@subtotal-connectors/testing/mocks'

/** Something that a customer does, and the webhook of it. */
export interface DemoStep {
  /** Steps of one connection are done one after another. */
  readonly connection: string
  /** Does it, says what Subtotal posts, and resolves when the relay has answered. */
  run(sent: (webhook: ShopperEvent) => void): Promise<void>
}

/** The invented customers of a mock Subtotal whose webhooks go to the relay. */
export interface DemoCustomers {
  /** So many things that they do; without a count, without end. */
  steps(count: number | undefined): Iterable<DemoStep>
  close(): Promise<void>
}

/** What the customers need. */
export interface DemoCustomersOptions {
  readonly relayUrl: string
  /** The webhook's signing secret. */
  readonly secret: string
  /** The relay gave no answer. */
  readonly onUnanswered: () => void
}

/** Starts a mock Subtotal on a free port. */
export async function startDemoCustomers({ relayUrl, secret, onUnanswered }: DemoCustomersOptions): Promise<DemoCustomers> {
  const waiting = new Map<string, () => void>()
  const subtotal = await createMockSubtotal({
    keepRequests: false,
    onAttempt({ eventId, status }) {
      if (status === null) onUnanswered()
      waiting.get(eventId)?.()
      waiting.delete(eventId)
    },
  })
  subtotal.addWebhook({ url: `${relayUrl}/webhooks/subtotal`, signingSecret: secret })
  const shoppers = createShoppers(subtotal)

  function toDemoStep({ connection, run }: ShopperStep): DemoStep {
    return {
      connection,
      run(sent) {
        const event = run()
        sent(event)
        return new Promise((resolve) => {
          waiting.set(event.id, resolve)
        })
      },
    }
  }

  return {
    *steps(count) {
      for (let step = 0; count === undefined || step < count; step += 1) yield toDemoStep(shoppers.next().value)
    },
    close: () => subtotal.close(),
  }
}
