import type { Connector, Plan, SubtotalEvent } from '@subtotal-connectors/core'

/** What a destination does with events of one type. */
export interface EventTreatment {
  readonly type: SubtotalEvent['type']
  /** Why an invented event of this type would not be sent; `null`: it would. */
  readonly notSent: string | null
}

/** What a destination's configuration comes to, without its secrets. */
export interface DestinationDescription {
  /** Where requests go, without query and credentials; none where no invented event would be sent. */
  readonly urls: readonly string[]
  readonly events: readonly EventTreatment[]
}

/** What a connector's plan tells of its configuration: it is asked for invented events of each type, and sends nothing. */
export async function describeDestination(connector: Connector): Promise<DestinationDescription> {
  const plans = (await inventedEvents()).map((event) => ({ type: event.type, plan: planOf(connector, event) }))
  const urls = plans.flatMap(({ plan }) => plan?.requests.map(({ url }) => withoutQuery(url)) ?? [])
  return { urls: [...new Set(urls)], events: plans.map(({ type, plan }) => ({ type, notSent: reasonOf(plan) })) }
}

/** The makers of events come with the mocks of the demo, which a relay that nobody looks at need not load. */
async function inventedEvents(): Promise<readonly SubtotalEvent[]> {
  const { makeEveryEvent } = await import('@subtotal-connectors/testing/mocks')
  return makeEveryEvent()
}

/** A connector of a brand's own may throw. */
function planOf(connector: Connector, event: SubtotalEvent): Plan | undefined {
  try {
    return connector.plan([event])
  } catch {
    return undefined
  }
}

function reasonOf(plan: Plan | undefined): string | null {
  if (plan === undefined) return 'The connector’s plan failed.'
  const [notSent] = plan.notSent
  if (notSent === undefined) return null
  return notSent.result.status === 'skipped' ? notSent.result.reason : notSent.result.error.message
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return 'an address that is none'
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}
