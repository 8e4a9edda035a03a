import { expect, test } from 'vitest'
import type { AlertSharing, AlertTurn } from '../store/alert-sharing.ts'
import type { AlertMessage } from './alert.ts'
import type { BookEntry } from './alert-book.ts'
import { alertTurns } from './alert-turns.ts'

function entry(state: AlertMessage['state'], isTold = false): BookEntry {
  const message: AlertMessage = { alert: 'lane_blocked', message: 'It waits.', state, since: '2026-11-20T12:00:00.000Z' }
  return { name: 'lane_blocked braze', message, isTold, told: () => undefined }
}

/** Sharing that answers what it is told to, or fails. */
function scripted(): { readonly sharing: AlertSharing; readonly calls: string[]; turn: AlertTurn | undefined } {
  const script = {
    turn: 'post' as AlertTurn | undefined,
    calls: Array.of<string>(),
    sharing: {
      async claimAlert(name: string, state: string) {
        script.calls.push(`claim ${name} ${state}`)
        if (script.turn === undefined) throw new Error('The store is away.')
        return script.turn
      },
      async endAlert(name: string, state: string, isTold: boolean) {
        script.calls.push(`end ${name} ${state} ${isTold}`)
      },
    },
  }
  return script
}

test('a relay that is alone tells everything, once', async () => {
  const turns = alertTurns(undefined)
  expect(await turns.take(entry('raised'))).toBe('post')
  await turns.end(entry('raised'), true)
  expect([await turns.take(entry('raised', true)), await turns.take(entry('over'))]).toEqual(['told', 'post'])
})

test('with others it does what they agree on, and says that an alert still holds', async () => {
  const script = scripted()
  const turns = alertTurns(script.sharing)
  expect(await turns.take(entry('raised'))).toBe('post')
  await turns.end(entry('raised'), false)
  script.turn = 'wait'
  expect(await turns.take(entry('over'))).toBe('wait')
  script.turn = 'post'
  expect(await turns.take(entry('raised', true))).toBe('post')
  expect(script.calls).toEqual([
    'claim lane_blocked braze raised',
    'end lane_blocked braze raised false',
    'claim lane_blocked braze over',
    'claim lane_blocked braze raised',
  ])
})

test('what it told while they could not agree it tells the end of, and agrees again afterwards', async () => {
  const script = scripted()
  const turns = alertTurns(script.sharing)
  script.turn = undefined
  expect(await turns.take(entry('raised'))).toBe('post')
  await turns.end(entry('raised'), true)
  script.turn = 'told'
  expect([await turns.take(entry('raised', true)), await turns.take(entry('over'))]).toEqual(['told', 'post'])
  await turns.end(entry('over'), true)
  expect(await turns.take(entry('raised'))).toBe('told')
  expect(script.calls).toEqual(['claim lane_blocked braze raised', 'claim lane_blocked braze raised'])
})

test('what could not be told while they could not agree is asked of them again', async () => {
  const script = scripted()
  const turns = alertTurns(script.sharing)
  script.turn = undefined
  await turns.take(entry('raised'))
  await turns.end(entry('raised'), false)
  script.turn = 'told'
  expect(await turns.take(entry('raised'))).toBe('told')
})

test('an alert that was told is not told again because the store is away', async () => {
  const script = scripted()
  script.turn = undefined
  expect(await alertTurns(script.sharing).take(entry('raised', true))).toBe('told')
})
