import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { remedyOf } from './remedies.ts'
import { StoreTimeoutError } from './time-limit.ts'

const secret = 'postgres://relay:p4ssw0rd@db.example.com/relay'

/** As the server sends it. Its words are in the server's language, and may hold anything. */
function ofServer(code: string, severity = 'ERROR', message = secret): Error {
  return Object.assign(new pg.DatabaseError(message, 0, 'error'), { code, severity })
}

const coded = (code: string): Error => Object.assign(new Error(secret), { code })

describe('what is wrong with a database is told with what to do', () => {
  test.each([
    ['a full disk', ofServer('53100'), /disk is full\. Make room/],
    [
      'no permission on what is there',
      ofServer('42501'),
      /GRANT USAGE ON SCHEMA relay TO …; GRANT SELECT, INSERT, UPDATE, DELETE/,
    ],
    ['no permission to connect', ofServer('42501', 'FATAL'), /GRANT CONNECT ON DATABASE/],
    ['a replica', ofServer('25006'), /takes no writes.*lead to the primary/],
    ['no connection left', ofServer('53300', 'FATAL'), /Raise its max_connections/],
    ['a changed password', ofServer('28P01', 'FATAL'), /refuses the user or the password.*Correct them/],
    ['a server that starts', ofServer('57P03', 'FATAL'), /Wait until it is ready/],
    ['a pooler without places', ofServer('08P01', 'FATAL', 'no more connections allowed'), /Raise its max_client_conn/],
    ['a pooler of another kind', ofServer('08P01', 'FATAL'), /pooler stands between/],
    ['a server that is not there', coded('ECONNREFUSED'), /Nothing listens.*Start the server/],
    ['an unknown host', coded('ENOTFOUND'), /host in RELAY_STORE is not known/],
    ['a driver that waited in vain', new Error('timeout exceeded when trying to connect'), /does not answer/],
    ['a store that waited in vain', new StoreTimeoutError(), /does not answer/],
    ['a connection that is lost', new Error('Connection terminated unexpectedly'), /does not answer/],
    ['no TLS', new Error('The server does not support SSL connections'), /has no TLS/],
  ])('%s', (_, error, said) => {
    const remedy = remedyOf(error)
    expect(remedy).toMatch(said)
    expect(remedy).not.toMatch(/p4ssw0rd|example\.com/)
  })

  test('what is not known is not guessed', () => {
    expect([ofServer('42601'), coded('SQLITE_FULL'), new Error('Anything.'), 'no error'].map(remedyOf)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    )
  })
})
