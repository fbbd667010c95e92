/** Finds a Node that runs TypeScript as written (24 or newer) and runs programs with it. Plain JavaScript for any Node >= 18. Effects: processes. */
'use strict'
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { constants } = require('node:os')
const { delimiter, join } = require('node:path')

const wanted = 24

/** True when the running Node is new enough. */
function isNode24() {
  return Number.parseInt(process.versions.node, 10) >= wanted
}

/** The path of a new enough Node: the running one, or the one that npm brought; undefined when there is none. */
function findNode24(root) {
  if (isNode24()) return process.execPath
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const brought = join(root, 'node_modules', 'node', 'bin', name)
  return existsSync(brought) ? brought : undefined
}

/** The line that a person sees when there is none. */
const noNode24 = `Cannot start halcyon: Node ${wanted} is needed, this is ${process.versions.node}, and the copy from npm is missing
  in the folder of halcyon: npm ci    (or: npm rebuild node)`

/**
 * Runs a program in a child, passing signals on and its end back: the promise resolves with the exit code, 128 + n when signal n ended it.
 * A terminal sends Ctrl-C to the whole process group, so SIGINT is passed on only when no terminal did that already.
 */
function runNode24(node, args, options = {}) {
  const env = { ...process.env, ...options.env }
  if (options.root !== undefined) {
    env.PATH = [join(options.root, 'node_modules', '.bin'), env.PATH].filter(Boolean).join(delimiter)
  }
  const child = spawn(node, args, { stdio: 'inherit', env, ...(options.cwd && { cwd: options.cwd }) })
  const fromTerminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      if (signal !== 'SIGINT' || !fromTerminal) child.kill(signal)
    }
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const remove of listeners) remove()
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
}

module.exports = { isNode24, findNode24, noNode24, runNode24 }
