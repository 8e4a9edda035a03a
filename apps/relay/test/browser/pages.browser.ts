import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { pages } from './pages.ts'
import { hasBrowser, openPage } from './support/open-page.ts'
import { hostileName } from './support/seed-history.ts'
import type { SeededRelay } from './support/seeded-relay.ts'
import { startSeededRelay } from './support/seeded-relay.ts'
import { seriousFindings } from './support/serious-findings.ts'
import { sessionCookie } from './support/session-cookie.ts'

const telephone = { width: 380, height: 800 }

/** Light and dark, wide and narrow, each at least once. */
const looks = [
  { size: 0, colorScheme: 'light', viewport: telephone },
  { size: 3, colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { size: 100_000, colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { size: 100_000, colorScheme: 'dark', viewport: telephone },
] as const

const many = 100_000
const seedTimeoutMs = 600_000

describe.skipIf(!hasBrowser)('every page', () => {
  let large: SeededRelay | undefined
  beforeAll(async () => {
    large = await startSeededRelay(many)
  }, seedTimeoutMs)
  afterAll(() => large?.close())

  describe.each(looks)('of a relay with $size events, $colorScheme, $viewport.width wide', ({ size, ...look }) => {
    test.each(pages)(
      'is shown without a complaint of the browser or a serious finding of axe: $path',
      async ({ path, heading }) => {
        const url = size === many ? large?.url : inject('relayUrls')[String(size)]
        const { page, complaints } = await openPage(url ?? '', path, look)
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(heading)
        expect(await page.locator('img, script:not([src]), [style]').count()).toBe(0)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.viewport.width)
        expect(complaints).toEqual([])
        expect(await seriousFindings(page)).toEqual([])
      },
    )
  })

  test.each(pages)('shows a viewer nobody’s data, and no HTML of a name as HTML: $path', async ({ path }) => {
    const url = inject('relayUrls')['3'] ?? ''
    const { name, value } = await sessionCookie(url, 'viewer')
    const response = await fetch(`${url}${path}`, { headers: { cookie: `${name}=${value}` } })
    expect(response.status).toBe(200)
    const text = await response.text()
    for (const secret of ['@shoppers.example', '+12025', hostileName]) expect(text).not.toContain(secret)
  })

  test('says the same without scripts', async () => {
    const { page } = await openPage(inject('relayUrls')['3'] ?? '', '/console', { javaScriptEnabled: false })
    expect(await page.getByRole('img', { name: /^Delivered per minute/ }).count()).toBe(3)
  })

  test('is reached by keyboard, past the navigation', async () => {
    const { page } = await openPage(inject('relayUrls')['3'] ?? '', '/console/destinations')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate("document.querySelector('main').contains(document.activeElement)")).toBe(true)
  })
})
