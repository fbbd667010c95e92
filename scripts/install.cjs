/** Brings node_modules up to date with the lock file, quietly. Plain JavaScript for any Node >= 18. Effects: npm, stderr. */
'use strict'
const { spawn } = require('node:child_process')
const { statSync } = require('node:fs')
const { basename, join } = require('node:path')

/** npm writes node_modules/.package-lock.json last, so an interrupted install leaves none. */
function isFresh(root) {
  const installed = modified(join(root, 'node_modules', '.package-lock.json'))
  return installed !== undefined && installed >= (modified(join(root, 'package-lock.json')) ?? 0)
}

function modified(path) {
  try {
    return statSync(path).mtimeMs
  } catch {
    return undefined
  }
}

/** How to call npm: the one that runs this script, with its own Node (ours may be a file that `npm ci` replaces), else the one on PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath
  if (cli !== undefined && basename(cli) === 'npm-cli.js') {
    return { command: process.env.npm_node_execpath ?? process.execPath, args: [cli], shell: false }
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/** Resolves when installed; one line on stderr tells what is happening and how long it took. Rejects with npm's own output. */
async function ensureInstalled(root) {
  if (isFresh(root)) return
  const started = Date.now()
  const label = `  ${'installing dependencies'.padEnd(33)}`
  const live = Boolean(process.stderr.isTTY)
  if (live) process.stderr.write(`${label}...`)
  const { code, output } = await npm(root, 'ci')
  if (live) process.stderr.write('\r')
  const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`
  process.stderr.write(`${label}${code === 0 ? 'done   ' : 'failed '}${seconds}\n`)
  if (code !== 0) throw new Error(`Cannot install dependencies: npm ended with ${code}\n${output.trimEnd()}`)
}

function npm(root, ...args) {
  const found = npmCommand()
  return new Promise((resolve, reject) => {
    const child = spawn(found.command, [...found.args, ...args, '--no-progress'], {
      cwd: root,
      shell: found.shell,
      // `npm start --silent` sets the log level for everything below it, and would hide why an install failed.
      env: { ...process.env, npm_config_loglevel: 'error' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-20_000)
      })
    }
    child.on('error', (error) => reject(new Error(`Cannot install dependencies: npm: ${error.message}`)))
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }))
  })
}

module.exports = { ensureInstalled, isFresh }
