/** Debian's Chromium, driven by Playwright. Effects. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [
  process.env['HALCYON_CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Throws when there is none: a page that nobody looked at is not tested. */
export function startBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => place !== '' && existsSync(place))
  if (executablePath === undefined) {
    throw new Error('Cannot test the page: no Chromium; apt-get install chromium, or set HALCYON_CHROMIUM to its path')
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
}
