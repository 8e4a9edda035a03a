import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Certificates of an authority made for one run. */
export interface Certificates {
  /** File with the authority's own, to be trusted. */
  readonly authority: string
  readonly key: string
  readonly good: string
  readonly expired: string
  readonly wrongHost: string
  /** Of the good one's host, signed by itself. */
  readonly selfSigned: string
  remove(): void
}

/** Makes them with openssl; `undefined` where there is none. */
export function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'relay-certificates-'))
  const openssl = (command: string) => execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'ignore' })
  const make = (name: string, host: string, days: number) => {
    openssl(`req -new -key leaf.key -out ${name}.csr -subj /CN=${host} -addext subjectAltName=DNS:${host}`)
    openssl(
      `x509 -req -in ${name}.csr -CA authority.pem -CAkey authority.key -days ${days} -copy_extensions copy -out ${name}.pem`,
    )
    return readFileSync(join(folder, `${name}.pem`), 'utf8')
  }
  try {
    openssl('ecparam -name prime256v1 -genkey -noout -out authority.key')
    openssl('ecparam -name prime256v1 -genkey -noout -out leaf.key')
    openssl('req -x509 -new -key authority.key -days 2 -out authority.pem -subj /CN=fault-tests')
    openssl('req -x509 -new -key leaf.key -days 2 -out self-signed.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost')
    return {
      authority: join(folder, 'authority.pem'),
      key: readFileSync(join(folder, 'leaf.key'), 'utf8'),
      good: make('good', 'localhost', 2),
      expired: make('expired', 'localhost', -1),
      wrongHost: make('wrong-host', 'elsewhere.example', 2),
      selfSigned: readFileSync(join(folder, 'self-signed.pem'), 'utf8'),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    }
  } catch {
    rmSync(folder, { recursive: true, force: true })
    return undefined
  }
}
