/**
 * The REST host of each instance, as Braze lists them. The names follow no rule, so a host is never made from a name.
 * Source: https://www.braze.com/docs/api/basics (endpoints).
 */
export const brazeInstances = {
  'US-01': 'https://rest.iad-01.braze.com',
  'US-02': 'https://rest.iad-02.braze.com',
  'US-03': 'https://rest.iad-03.braze.com',
  'US-04': 'https://rest.iad-04.braze.com',
  'US-05': 'https://rest.iad-05.braze.com',
  'US-06': 'https://rest.iad-06.braze.com',
  'US-07': 'https://rest.iad-07.braze.com',
  'US-08': 'https://rest.iad-08.braze.com',
  'US-10': 'https://rest.us-10.braze.com',
  'EU-01': 'https://rest.fra-01.braze.eu',
  'EU-02': 'https://rest.fra-02.braze.eu',
  'AU-01': 'https://rest.au-01.braze.com',
  'ID-01': 'https://rest.id-01.braze.com',
  'JP-01': 'https://rest.jp-01.braze.com',
  'KR-01': 'https://rest.kr-01.braze.com',
} as const

/** A Braze instance, as the dashboard's address and Braze's support name it. */
export type BrazeInstance = keyof typeof brazeInstances

/** The origin of an instance, whatever the case of its name; `undefined` when Braze lists none of that name. */
export function brazeOrigin(instance: string): string | undefined {
  return hosts.get(instance.toUpperCase())
}

const hosts: ReadonlyMap<string, string> = new Map(Object.entries(brazeInstances))
