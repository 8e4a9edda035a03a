import { describe, expect, onTestFinished, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { startSeededRelay } from './support/seeded-relay.ts'
import { seriousFindings } from './support/serious-findings.ts'

describe.skipIf(!hasBrowser)('an operator', () => {
  test('makes a webhook up, sees what becomes of it, and sends it when that is asked for', async () => {
    const relay = await startSeededRelay(0)
    onTestFinished(() => relay.close())
    const { page, complaints } = await openPage(relay.url, '/console/try')
    await page.getByLabel('Make one up').selectOption('purchase.created')
    await page.getByRole('button', { name: 'Make up a webhook' }).click()
    await page.getByText('Signature: right').waitFor()
    for (const name of ['Canonical event', 'What braze is sent', 'What klaviyo is sent', 'What customerio is sent']) {
      expect(await page.getByRole('heading', { level: 2, name }).count()).toBe(1)
    }
    expect(await seriousFindings(page)).toEqual([])
    // What is pasted comes back with other line ends, and its signature is right all the same.
    await page.getByRole('button', { name: 'Show what becomes of it' }).click()
    await page.getByText('Signature: right').waitFor()
    await page.getByLabel('I want it to be delivered').check()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.waitForURL(/\/console\/events\//)
    await page.goto('/console/audit')
    expect(await page.getByText('webhook from the console').count()).toBe(1)
    await page.setViewportSize({ width: 380, height: 800 })
    expect(complaints).toEqual([])
  })
})
