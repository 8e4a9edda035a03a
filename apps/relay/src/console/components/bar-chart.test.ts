import { expect, test } from 'vitest'
import { barChart } from './bar-chart.ts'

const at = Date.parse('2026-11-20T12:00:00Z')

async function draw(...values: readonly (readonly [value: number, badValue: number])[]): Promise<string> {
  const bars = values.map(([value, badValue], index) => ({ at: at + index * 60_000, value, badValue }))
  return String(await barChart({ label: 'Delivered per minute', badLabel: 'failed per minute', bars }))
}

test('the highest bar fills the chart, with what failed on top', async () => {
  const svg = await draw([30, 10], [20, 0])
  expect(svg).toContain('<rect class="bar" x="0.1" y="18.00" width="0.8" height="54.00">')
  expect(svg).toContain('<rect class="bar bad" x="0.1" y="0.00" width="0.8" height="18.00">')
  expect(svg).toContain('<rect class="bar" x="1.1" y="36.00" width="0.8" height="36.00">')
})

test('a pointer over a bar is told its numbers, and who hears the page the highest', async () => {
  const svg = await draw([1_234, 1])
  expect(svg).toContain('<title>11-20 12:00: 1,234 delivered per minute, 1 failed per minute</title>')
  expect(svg).toContain('aria-label="Delivered per minute, 1,235 at most"')
})

test('where nothing happened there is a line', async () => {
  const svg = await draw([0, 0], [0, 0])
  expect(svg).not.toContain('class="bar"')
  expect(svg).toContain('class="base"')
  expect(await draw()).toContain('0 at most')
})
