import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBodyBudget } from './body-budget.ts'

function open(budget: ReturnType<typeof createBodyBudget>, name: string, refused: string[]) {
  return budget.open(() => refused.push(name))
}

test('the body that has been coming for the longest makes room', () => {
  const refused: string[] = []
  const budget = createBodyBudget(100)
  const slow = open(budget, 'slow', refused)
  slow.take(60)
  const quick = open(budget, 'quick', refused)
  quick.take(40)
  expect(refused).toEqual([])
  quick.take(1)
  expect(refused).toEqual(['slow'])
  slow.take(1_000)
  quick.take(59)
  expect(refused).toEqual(['slow'])
})

test('a body that came whole is not refused: what comes then is', () => {
  const refused: string[] = []
  const budget = createBodyBudget(100)
  const whole = open(budget, 'whole', refused)
  whole.take(90)
  whole.complete()
  open(budget, 'next', refused).take(20)
  expect(refused).toEqual(['next'])
  whole.close()
  open(budget, 'after', refused).take(100)
  expect(refused).toEqual(['next'])
})

test('whatever comes, no more is kept than the budget, and all of it is free again in the end', () => {
  const steps = fc.array(fc.record({ body: fc.nat(9), bytes: fc.nat(50), act: fc.constantFrom('take', 'complete', 'close') }))
  fc.assert(
    fc.property(steps, (given) => {
      const budget = createBodyBudget(100)
      const kept = new Map<number, number>()
      const bodies = Array.from({ length: 10 }, (_, index) => budget.open(() => kept.set(index, 0)))
      const isDone = new Set<number>()
      for (const { body, bytes, act } of given) {
        if (isDone.has(body)) continue
        if (act === 'take') {
          kept.set(body, (kept.get(body) ?? 0) + bytes)
          bodies[body]?.take(bytes)
          if (kept.get(body) === 0 && bytes > 0) isDone.add(body)
        } else {
          bodies[body]?.[act === 'complete' ? 'complete' : 'close']()
          if (act === 'close') kept.set(body, 0)
          isDone.add(body)
        }
        for (const [index, held] of kept) if (held === 0 && index !== body) isDone.add(index)
        expect([...kept.values()].reduce((sum, held) => sum + held, 0)).toBeLessThanOrEqual(100)
      }
      for (const body of bodies) body.close()
      let isRefused = false
      budget
        .open(() => {
          isRefused = true
        })
        .take(100)
      expect(isRefused).toBe(false)
    }),
  )
})
