import { describe, expect, inject, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { hostileName } from './support/seed-history.ts'
import { startSeededRelay } from './support/seeded-relay.ts'
import { seriousFindings } from './support/serious-findings.ts'

describe.skipIf(!hasBrowser)('events', () => {
  test('are searched, and lead to one whose data an operator reveals as text', async () => {
    const { page, complaints } = await openPage(inject('relayUrls')['3'] ?? '', '/console/events')
    await page.getByLabel('Purchase id').fill('purchase-1')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/purchase=purchase-1/)
    expect(await page.getByRole('rowheader').count()).toBe(1)
    await page.locator('td a.mono').click()
    await page.getByRole('heading', { level: 1, name: /purchase\.created/ }).waitFor()
    expect(await page.getByText('@shoppers.example').count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Reveal' }).click()
    await page.getByText('@shoppers.example').first().waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('a name that is HTML is text, also in what destinations are sent', async () => {
    const { page, complaints } = await openPage(inject('relayUrls')['3'] ?? '', '/console/events')
    await page.locator('td a.mono').first().click()
    await page.getByRole('button', { name: 'Reveal' }).click()
    await page.getByText('is on record').waitFor()
    expect(await page.locator('pre').first().textContent()).toContain(JSON.stringify(hostileName).slice(1, -1))
    expect(await page.locator('img, pre script').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('a person is found by an address that stands in no URL', async () => {
    const urls: string[] = []
    const { page } = await openPage(inject('relayUrls')['3'] ?? '', '/console/events')
    page.on('request', (request) => urls.push(request.url()))
    await page.getByLabel('Email or phone').fill('nobody.at.all@shoppers.example')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('Nobody is known here').waitFor()
    expect(urls.some((url) => /person=[0-9a-f]{32}/.test(url))).toBe(true)
    expect(urls.join(' ')).not.toContain('nobody')
  })
})

describe.skipIf(!hasBrowser)('dead letters', () => {
  test('are replayed after their number was looked at, without scripts too', async () => {
    const relay = await startSeededRelay(2_000)
    try {
      const { page, complaints } = await openPage(relay.url, '/console/dead-letters', { javaScriptEnabled: false })
      await page.getByRole('button', { name: 'Replay…' }).first().click()
      await page.getByText('Nothing was done yet').waitFor()
      await page.getByRole('button', { name: /^Replay \d/ }).click()
      await page.waitForURL(/\/dead-letters\/replays\/\d+/)
      await page.getByText('The replay has begun.').waitFor()
      expect(await page.getByRole('progressbar').count()).toBe(1)
      expect(complaints).toEqual([])
    } finally {
      await relay.close()
    }
  })
})
