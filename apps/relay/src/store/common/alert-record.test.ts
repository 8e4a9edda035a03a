import { expect, test } from 'vitest'
import type { AlertState, AlertTurn } from '../alert-sharing.ts'
import { endTurn, judgeAlert, noAlert } from './alert-record.ts'

const minuteMs = 60_000

/** An alert, and what relays say of it in turn, at whole minutes. */
function alert() {
  let record = noAlert
  return {
    say(relay: string, state: AlertState, minute = 0): AlertTurn {
      const judged = judgeAlert(record, { relay, state, now: minute * minuteMs })
      record = judged.record
      return judged.turn
    },
    end(relay: string, state: AlertState, isTold = true) {
      record = endTurn(record, { relay, state }, isTold)
    },
    isForgotten: () => !record.isRaised && record.teller === null && Object.keys(record.holders).length === 0,
  }
}

test('one relay tells it, the others find it told', () => {
  const { say, end } = alert()
  expect([say('a', 'raised'), say('b', 'raised')]).toEqual(['post', 'wait'])
  end('a', 'raised')
  expect([say('b', 'raised'), say('a', 'raised'), say('c', 'raised')]).toEqual(['told', 'told', 'told'])
})

test('what could not be told is the turn of whoever asks next', () => {
  const { say, end } = alert()
  say('a', 'raised')
  end('a', 'raised', false)
  expect(say('b', 'raised')).toBe('post')
})

test('a relay that dies while it tells loses its turn after a minute, and cannot end it any more', () => {
  const { say, end } = alert()
  say('a', 'raised')
  expect([say('b', 'raised', 0.9), say('b', 'raised', 1)]).toEqual(['wait', 'post'])
  end('a', 'raised')
  expect(say('c', 'raised', 1)).toBe('wait')
})

test('it is over when it is over for all, and one of them tells that', () => {
  const { say, end, isForgotten } = alert()
  say('a', 'raised')
  end('a', 'raised')
  say('b', 'raised', 1)
  expect(say('a', 'over', 2)).toBe('wait')
  expect([say('b', 'over', 3), say('a', 'over', 3)]).toEqual(['post', 'wait'])
  end('b', 'over')
  expect(say('a', 'over', 4)).toBe('told')
  expect(isForgotten()).toBe(true)
})

test('a relay that is not heard of for five minutes keeps nobody from telling the end', () => {
  const { say, end } = alert()
  say('a', 'raised')
  end('a', 'raised')
  say('b', 'raised', 1)
  expect([say('a', 'over', 5.9), say('a', 'over', 6)]).toEqual(['wait', 'post'])
})

test('what only relays that are gone knew of is told again when it comes again', () => {
  const { say, end } = alert()
  say('a', 'raised')
  end('a', 'raised')
  expect(say('b', 'raised', 4.9)).toBe('told')
  const other = alert()
  other.say('a', 'raised')
  other.end('a', 'raised')
  expect(other.say('b', 'raised', 5)).toBe('post')
})

test('what begins again while its end is told is told after that', () => {
  const { say, end } = alert()
  say('a', 'raised')
  end('a', 'raised')
  expect([say('a', 'over'), say('b', 'raised')]).toEqual(['post', 'wait'])
  end('a', 'over')
  expect(say('b', 'raised')).toBe('post')
})

test('an end of which the beginning was never told is not told', () => {
  expect(alert().say('a', 'over')).toBe('told')
})
