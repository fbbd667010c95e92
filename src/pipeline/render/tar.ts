/** Reads the files of a .tgz archive (ustar, GNU and pax long names). Pure but for decompression. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

export interface ArchivedFile {
  /** As in the archive, '/'-separated, without a leading './'. */
  readonly path: string
  readonly bytes: Buffer
}

const inflate = promisify(gunzip)
const unpackedLimit = 512 * 1024 * 1024

/** Regular files only; links and devices are left out, as Helm does. Throws Error on a damaged archive. */
export async function readTgz(archive: Buffer): Promise<ArchivedFile[]> {
  const bytes = await inflate(archive, { maxOutputLength: unpackedLimit })
  const files: ArchivedFile[] = []
  let longName: string | undefined
  for (let at = 0; at + 512 <= bytes.length; ) {
    if (bytes[at] === 0) break
    const size = Number.parseInt(text(bytes, at + 124, 12).trim() || '0', 8)
    const type = String.fromCharCode(bytes[at + 156]!)
    const body = bytes.subarray(at + 512, at + 512 + size)
    if (!(size >= 0) || body.length < size) throw new Error('the archive is damaged')
    if (type === 'L') longName = text(body, 0, body.length)
    else if (type === 'x') longName = paxPath(body) ?? longName
    else {
      if (type === '0' || type === '\0')
        files.push({ path: (longName ?? nameOf(bytes, at)).replace(/^(?:\.\/)+/, ''), bytes: body })
      if (type !== 'g') longName = undefined
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

function nameOf(bytes: Buffer, at: number): string {
  const prefix = text(bytes, at + 257, 5) === 'ustar' ? text(bytes, at + 345, 155) : ''
  const name = text(bytes, at, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** `<length> path=<value>\n` records. */
function paxPath(body: Buffer): string | undefined {
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const length = Number(body.toString('latin1', at, space))
    if (space < 0 || !(length > 0)) return undefined
    const record = body.toString('utf8', space + 1, at + length - 1)
    if (record.startsWith('path=')) return record.slice(5)
    at += length
  }
  return undefined
}

function text(bytes: Buffer, at: number, length: number): string {
  const end = bytes.indexOf(0, at)
  return bytes.toString('utf8', at, end < 0 || end > at + length ? at + length : end)
}
