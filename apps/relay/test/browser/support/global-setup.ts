import process from 'node:process'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { browserAdvice, findBrowser } from './find-browser.ts'
import { startSeededRelay } from './seeded-relay.ts'

/** How many events the relays hold that all tests look at. */
const sizes = [0, 3] as const

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser is reached; `''`: there is none. */
    browserEndpoint: string
    /** The relays that are only looked at, by how many events they hold. */
    relayUrls: Readonly<Record<string, string>>
  }
}

/** Starts one browser and the relays for all files; says what is missing where there is no browser. */
export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = findBrowser()
  if (executablePath === undefined) {
    process.stdout.write(`The browser suite is skipped: no Chromium was found. ${browserAdvice}\n`)
    provide('browserEndpoint', '')
    provide('relayUrls', {})
    return undefined
  }
  const browser = await chromium.launchServer({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  const relays = await Promise.all(sizes.map(async (size) => [String(size), await startSeededRelay(size)] as const))
  provide('browserEndpoint', browser.wsEndpoint())
  provide('relayUrls', Object.fromEntries(relays.map(([size, { url }]) => [size, url])))
  return async () => {
    await browser.close()
    await Promise.all(relays.map(([, relay]) => relay.close()))
  }
}
