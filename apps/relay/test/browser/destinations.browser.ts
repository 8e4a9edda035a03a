import { describe, expect, onTestFinished, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { startSeededRelay } from './support/seeded-relay.ts'

describe.skipIf(!hasBrowser)('an operator', () => {
  test('checks, pauses and resumes a destination by keyboard and mouse', async () => {
    const relay = await startSeededRelay(3)
    onTestFinished(() => relay.close())
    const { page, complaints } = await openPage(relay.url, '/console/destinations')
    const braze = page.locator('#braze')
    await braze.getByRole('button', { name: 'Check' }).click()
    await page.getByText('The check found').waitFor()
    await braze.getByLabel('Reason of the pause').fill('Campaign freeze')
    await page.keyboard.press('Enter')
    await page.getByText('The destination is paused').waitFor()
    expect(await braze.textContent()).toContain('Campaign freeze')
    await braze.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('The destination is resumed').waitFor()
    expect(complaints).toEqual([])
  })
})
