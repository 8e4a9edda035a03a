import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

/** What the name `localhost` means in this process. */
export interface ControlledNames {
  /** `null`: there is no such name. */
  resolveTo(address: string | null): void
}

/** Takes over the lookup of `localhost`; other names are looked up as ever. Sockets take the last of the arguments for the callback. */
export function controlNames(): ControlledNames {
  const lookup = dns.lookup
  let current: string | null = '127.0.0.1'

  function controlled(hostname: string, options: unknown, callback?: unknown): void {
    const done = typeof options === 'function' ? options : callback
    if (hostname !== 'localhost' || typeof done !== 'function') {
      Reflect.apply(lookup, dns, [hostname, options, callback])
      return
    }
    const isAll = typeof options === 'object' && options !== null && 'all' in options && options.all === true
    const address = current
    process.nextTick(() => {
      if (address === null)
        done(Object.assign(new Error('getaddrinfo ENOTFOUND localhost'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }))
      else if (isAll) done(null, [{ address, family: 4 }])
      else done(null, address, 4)
    })
  }

  Reflect.set(dns, 'lookup', controlled)
  syncBuiltinESMExports()
  return {
    resolveTo(address) {
      current = address
    },
  }
}
