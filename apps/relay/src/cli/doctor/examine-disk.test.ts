import { expect, test } from 'vitest'
import { examineDisk } from './examine-disk.ts'

const gibibyte = 1024 ** 3
const ext4 = 0xef53

test.each([
  [100 * gibibyte, 70 * gibibyte, ext4, ['ok 70 GiB free of 100 GiB.']],
  [100 * gibibyte, 0.9 * gibibyte, ext4, ['warn 922 MiB free of 100 GiB: below 512 MiB, webhooks are answered 503.']],
  [100 * gibibyte, 0.4 * gibibyte, ext4, ['fail 410 MiB free of 100 GiB: below 512 MiB, webhooks are answered 503.']],
  [gibibyte, 0.2 * gibibyte, ext4, ['ok 205 MiB free of 1024 MiB.']],
])('of %i bytes %i are free', (totalBytes, freeBytes, type, said) => {
  expect(examineDisk({ totalBytes, freeBytes, type }, undefined).map(({ status, message }) => `${status} ${message}`)).toEqual(
    said,
  )
})

test.each([
  [0x6969, 'fail', 'NFS'],
  [0xfe534d42, 'fail', 'SMB'],
  [0x01021994, 'warn', 'tmpfs'],
  [0x794c7630, 'warn', 'overlay'],
])('a file system of type %i is no place for a store', (type, status, name) => {
  const [, finding] = examineDisk({ totalBytes: gibibyte, freeBytes: gibibyte, type }, 1)
  expect(finding).toMatchObject({
    status,
    message: expect.stringContaining(name),
    remedy: expect.stringContaining('RELAY_STORE'),
  })
})
