import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'
import process from 'node:process'
import Database from 'better-sqlite3'
import { createHookClock, createOffsetClock } from './hook-clock.ts'
import { controlNames } from './hook-names.ts'
import type { FaultPoint, HookSettings } from './hook-settings.ts'
import { nameOf, original, registry, wrapperSource } from './hook-source.ts'
import { createWrappers } from './hook-wrappers.ts'

/**
 * Preloaded (`node --import`) into a relay under test. It wraps functions of the relay's own modules as they are loaded, so that faults
 * need no switch in the product: each wrapped module is replaced by one that passes on everything of the true module but the wrapped
 * functions.
 */
const settings: HookSettings = JSON.parse(process.env['CHAOS_HOOK'] ?? '{}')
const reportTo = 3

let hits = 0

function report(line: string): void {
  if (settings.reports === true) writeSync(reportTo, `${line}\n`)
}

function reached(point: FaultPoint): void {
  if (settings.dieAt?.point !== point) return
  hits += 1
  if (hits < settings.dieAt.hit) return
  report(`died ${point}`)
  process.kill(process.pid, 'SIGKILL')
}

const { virtualTime, clockOffsetMs, leaseMs, isNextVersion = false } = settings
const isVirtual = virtualTime !== undefined
const clock = isVirtual
  ? createHookClock(virtualTime)
  : clockOffsetMs === undefined
    ? undefined
    : createOffsetClock(clockOffsetMs)
const names = settings.controlsNames === true ? controlNames() : undefined
const { wrappers, isBusy } = createWrappers({ report, reached, clock, isVirtual, leaseMs, isNextVersion })
Object.assign(globalThis, { [registry]: wrappers })

if (settings.synchronous !== undefined) replaceSynchronous(settings.synchronous)

process.on('message', (command: unknown) => {
  const id = typeof command === 'object' && command !== null && 'id' in command ? command.id : undefined
  void obey(command).then((now) => process.send?.({ id, now }))
})
process.channel?.unref()

registerHooks({
  load(url, context, nextLoad) {
    const name = nameOf(url)
    const wrapper = name === undefined ? undefined : wrappers[name]
    if (wrapper === undefined || url.includes(original)) return nextLoad(url, context)
    return { format: 'module', shortCircuit: true, source: wrapperSource(url, name ?? '', wrapper.exports) }
  },
})

function replaceSynchronous(level: string): void {
  const pragma = Database.prototype.pragma
  Database.prototype.pragma = function replaced(source, options) {
    return pragma.call(this, source.replace(/^synchronous *=.*/, `synchronous = ${level}`), options)
  }
}

async function obey(command: unknown): Promise<number> {
  if (typeof command !== 'object' || command === null || !('kind' in command)) throw new Error('No command.')
  if (command.kind === 'names' && 'address' in command)
    names?.resolveTo(command.address === null ? null : String(command.address))
  if (command.kind === 'jump' && 'ms' in command) clock?.jump(Number(command.ms))
  if (command.kind === 'advance' && 'ms' in command) await clock?.advance(Number(command.ms), isBusy)
  return clock?.clock.now() ?? Date.now()
}
