import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { OpenedPage } from './support/open-page.ts'
import { hasBrowser, openPage } from './support/open-page.ts'
import type { SeededRelay } from './support/seeded-relay.ts'
import { startSeededRelay } from './support/seeded-relay.ts'

const status = '#live-status'

/** An overview whose time passes only when told to. */
async function openOverview(): Promise<OpenedPage & { readonly relay: SeededRelay }> {
  const relay = await startSeededRelay(3)
  onTestFinished(() => relay.close())
  const opened = await openPage(relay.url, '/console')
  await opened.page.clock.install()
  await opened.page.reload()
  return { ...opened, relay }
}

async function pass(page: Page, ms: number): Promise<void> {
  await page.clock.fastForward(ms)
}

describe.skipIf(!hasBrowser)('an open overview', () => {
  test('keeps up by itself, and leaves alone what somebody is at', async () => {
    const { page, complaints, relay } = await openOverview()
    const other = await openPage(relay.url, '/console/destinations')
    await page.getByRole('link', { name: 'klaviyo' }).focus()
    await other.page.locator('#braze').getByRole('button', { name: 'Pause' }).click()
    await pass(page, 5_000)
    await page.locator('#summary').getByText('Held up: braze (paused)').waitFor()
    expect(await page.locator('#cards').getByText('Paused', { exact: true }).count()).toBe(0)
    await page.evaluate('document.activeElement.blur()')
    await pass(page, 5_000)
    await page.locator('#cards').getByText('Paused', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  test('says when the relay does not answer, and when it does again', async () => {
    const { page } = await openOverview()
    await page.route('**/console', (route) => route.abort())
    await pass(page, 5_000)
    await page.locator(status).getByText('The relay does not answer.').waitFor()
    await page.unroute('**/console')
    await pass(page, 10_000)
    await page.locator(`${status}:empty`).waitFor({ state: 'attached' })
  })

  test('says when the session is over', async () => {
    const { page } = await openOverview()
    await page.context().clearCookies()
    await pass(page, 5_000)
    await page.locator(status).getByText('Logged out.').waitFor()
  })
})
