import { describe, expect, inject, test } from 'vitest'
import { hasBrowser, openPage } from './support/open-page.ts'
import { hostileName } from './support/seed-history.ts'
import { seriousFindings } from './support/serious-findings.ts'

describe.skipIf(!hasBrowser)('the quarantine', () => {
  test('leads to one webhook, whose body an operator reveals as text', async () => {
    const { page, complaints } = await openPage(inject('relayUrls')['3'] ?? '', '/console/quarantine')
    await page.getByRole('rowheader').getByRole('link').first().click()
    await page.getByRole('heading', { level: 1, name: /Quarantined webhook/ }).waitFor()
    expect(await page.getByText(hostileName).count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Reveal' }).click()
    expect(await page.locator('pre').textContent()).toContain('onerror')
    expect(await page.locator('pre img, pre script').count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
