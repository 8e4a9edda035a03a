// Writes docs/console/*.png: npm run screenshots. With pngquant on the machine they are a third of the size.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright-core'
import { browserAdvice, findBrowser } from './support/find-browser.ts'
import { startSeededRelay } from './support/seeded-relay.ts'
import { sessionCookie } from './support/session-cookie.ts'

const wide = { width: 1200, height: 760 }
const narrow = { width: 390, height: 760 }

interface Screenshot {
  /** The file's. */
  readonly name: string
  readonly path: string
  readonly colorScheme: 'light' | 'dark'
  readonly viewport: { readonly width: number; readonly height: number }
  /** To be pressed first. */
  readonly button?: string
}

const screenshots: readonly Screenshot[] = [
  { name: 'overview', path: '/console?range=24h', colorScheme: 'light', viewport: wide },
  { name: 'overview-dark', path: '/console?range=7d', colorScheme: 'dark', viewport: wide },
  { name: 'overview-narrow', path: '/console', colorScheme: 'dark', viewport: narrow },
  { name: 'events', path: '/console/events', colorScheme: 'light', viewport: wide },
  { name: 'event', path: '/console/events/01KSEED0000000000000019801', colorScheme: 'dark', viewport: wide },
  { name: 'dead-letters', path: '/console/dead-letters', colorScheme: 'light', viewport: wide },
  { name: 'destinations', path: '/console/destinations', colorScheme: 'dark', viewport: wide },
  { name: 'try', path: '/console/try', colorScheme: 'light', viewport: wide, button: 'Make up a webhook' },
]

const words = { name: 'costco', refusal: 'Property "loyalty_tier" is not defined in this account.' }
const eventCount = 20_000
const folder = process.argv[2] ?? join(import.meta.dirname, '../../../../docs/console')
const executablePath = findBrowser()
if (executablePath === undefined) throw new Error(`No Chromium was found. ${browserAdvice}`)

const relay = await startSeededRelay(eventCount, { lanes: { klaviyo: { requestsPerSecond: 20 } } }, words)
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
mkdirSync(folder, { recursive: true })
try {
  const cookie = await sessionCookie(relay.url, 'operator')
  await fetch(`${relay.url}/api/v1/destinations/klaviyo/pause`, {
    method: 'POST',
    headers: { authorization: 'Bearer operator-of-the-tests', 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'Klaviyo is being moved to another account.' }),
  })
  for (const { name, path, colorScheme, viewport, button } of screenshots) {
    const context = await browser.newContext({ baseURL: relay.url, colorScheme, viewport })
    await context.addCookies([cookie])
    const page = await context.newPage()
    await page.goto(path)
    if (button !== undefined) await page.getByRole('button', { name: button }).click()
    const file = join(folder, `${name}.png`)
    await page.screenshot({ path: file })
    spawnSync('pngquant', ['--force', '--output', file, '64', file])
    await context.close()
  }
} finally {
  await browser.close()
  await relay.close()
}
