import type { CheckResult } from '@subtotal-connectors/core'
import type { SubtotalApi, SubtotalRetailer } from '@subtotal-connectors/subtotal-api'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'

/** Where customers link their account, as `SUBTOTAL_LINK_URL` says it. */
type LinkUrl = string | Readonly<Record<string, string>>

const linkHost = 'link.subtotal.com'

/**
 * Whether Subtotal's API knows the key, and whether the Link URLs are those of the account's retailers. Changes nothing. `undefined` when
 * there is neither a key nor a Link URL.
 */
export async function checkSubtotal(
  api: SubtotalApi | undefined,
  linkUrl: LinkUrl | undefined,
  signal: AbortSignal,
): Promise<CheckResult | undefined> {
  if (api === undefined && linkUrl === undefined) return undefined
  const proved: string[] = []
  const problems: string[] = []
  const notes = otherHosts(linkUrl)
  if (api !== undefined) {
    await attempt(problems, async () => {
      const webhooks = await api.webhooks.list({ signal })
      const active = webhooks.filter(({ isActive }) => isActive).length
      proved.push(`Subtotal knows the API key: its account has ${webhooks.length} webhooks, ${active} of them active.`)
    })
    if (problems.length === 0) {
      await attempt(problems, async () => {
        const retailers = await api.retailers.list({ signal })
        proved.push(`Its retailers are ${retailers.map(nameOf).join(', ') || 'none'}.`)
        compareLinkUrls(linkUrl, retailers, problems, notes)
      })
    }
  }
  return { ok: problems.length === 0, proved, problems, notes }
}

async function attempt(problems: string[], ask: () => Promise<void>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (!SubtotalApiError.isInstance(error)) throw error
    problems.push(error.message)
  }
}

function otherHosts(linkUrl: LinkUrl | undefined): string[] {
  const urls = typeof linkUrl === 'string' ? [linkUrl] : Object.values(linkUrl ?? {})
  return urls
    .filter((url) => !URL.canParse(url) || new URL(url).host !== linkHost)
    .map((url) => `SUBTOTAL_LINK_URL has ${withoutQuery(url)}, and Subtotal's Link URLs begin with https://${linkHost}/.`)
}

function compareLinkUrls(
  linkUrl: LinkUrl | undefined,
  retailers: readonly SubtotalRetailer[],
  problems: string[],
  notes: string[],
): void {
  if (linkUrl === undefined || retailers.length === 0) return
  if (typeof linkUrl === 'string') {
    if (retailers.length === 1) return
    notes.push(
      'SUBTOTAL_LINK_URL is one URL for all retailers, and Subtotal has one for each: customers of the others link the wrong account.',
    )
    return
  }
  const known = new Map(retailers.map((retailer) => [retailer.id, retailer]))
  for (const [id, url] of Object.entries(linkUrl)) {
    const retailer = known.get(id)
    if (retailer === undefined) {
      problems.push(
        `SUBTOTAL_LINK_URL names the retailer "${id}", which the account does not have. It has ${[...known.keys()].join(', ')}.`,
      )
    } else if (retailer.linkUrl !== null && withoutQuery(retailer.linkUrl) !== withoutQuery(url)) {
      notes.push(`The Link URL of ${nameOf(retailer)} is not the one that Subtotal names: ${retailer.linkUrl}.`)
    }
  }
  const missing = retailers.filter(({ id }) => !Object.hasOwn(linkUrl, id))
  if (missing.length > 0) {
    notes.push(`SUBTOTAL_LINK_URL has nothing for ${missing.map(nameOf).join(', ')}: events of these have no link_url.`)
  }
}

function nameOf({ id, name }: SubtotalRetailer): string {
  return name === null || name === id ? id : `${name} (${id})`
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
