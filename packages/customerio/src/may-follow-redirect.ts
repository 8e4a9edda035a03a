import { isLoopback } from './is-loopback.ts'

/**
 * Whether a redirect from `origin` may be followed with the body and the key: only over https to a host of `customer.io`, or
 * to the same origin on a loopback host. Customer.io's Node SDK draws the same line.
 *
 * Source: https://github.com/customerio/customerio-node (`lib/utils.ts`)
 */
export function mayFollowRedirect(origin: string, url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:' && url.hostname.endsWith('.customer.io')) return true
  return url.origin === new URL(origin).origin && isLoopback(url.hostname)
}
