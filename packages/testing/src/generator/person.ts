import type { Random } from './random.ts'

/** An invented customer of the brand. */
export interface Person {
  readonly customerId: string
  readonly firstName: string
  readonly lastName: string
  /** At a domain under `.example`, which nobody can own. */
  readonly email: string
  /** E.164, in the range 555-0100 to 555-0199 that is kept for fiction. */
  readonly mobile: string
  readonly postalCode: string
}

const firstNames = [
  'Robin',
  'Amara',
  'Łukasz',
  'Mei',
  'Tomás',
  'Zoë',
  'Priya',
  'Owen',
  'Noor',
  'Ingrid',
  'Kwame',
  'Sofía',
  'Ella',
  'Jun',
]
const lastNames = [
  'Ashdown',
  'Okafor',
  'Nowak',
  "O'Dell",
  'Marín',
  'Lindqvist',
  'van der Beek',
  'Tanaka',
  'Haddad',
  'Fairweather',
  'Mensah',
]
const areaCodes = ['202', '312', '415', '503', '617', '713', '808', '907']
const postalCodes = ['00501', '02134', '10001', '30301', '60601', '84101', '94110', '99501']

/** The `number`-th person; the number keeps emails and customer ids apart, and mobiles among 800. */
export function makePerson(random: Random, number: number): Person {
  const firstName = random.pick(firstNames)
  const lastName = random.pick(lastNames)
  const mailbox = `${firstName}.${lastName}`.normalize('NFKD').replaceAll(/[^A-Za-z.]/g, '')
  return {
    customerId: `customer-${String(number).padStart(5, '0')}`,
    firstName,
    lastName,
    email: `${mailbox.toLowerCase()}.${number}@shoppers.example`,
    mobile: `+1${areaCodes[Math.floor(number / 100) % areaCodes.length]}55501${String(number % 100).padStart(2, '0')}`,
    postalCode: random.pick(postalCodes),
  }
}
