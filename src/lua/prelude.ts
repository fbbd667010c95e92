/**
 * What a script finds around it, as Lua source. Pure text.
 *
 * Argo CD opens base, table and a small os (`time`, `date`) for every script, and the rest only with `useOpenLibs`. So do we, less
 * what leaves the sandbox (`io`, `os.execute`, `load`, `debug`, `package`). Every run gets copies: a script can spoil only its own.
 */

/** Answers `run(script, open, object, params)`. The names of Lua 5.1 that scripts for Argo CD use are there too. */
export const prelude = `
local debug_setupvalue, string_meta = debug.setupvalue, debug.getmetatable('')
local raw = { table = table, string = string, math = math, coroutine = coroutine, utf8 = utf8 }
local os_time, os_date = os.time, os.date
local base, closed = {}, { 'table' }
for _, name in ipairs({ 'assert', 'error', 'getmetatable', 'ipairs', 'next', 'pairs', 'pcall', 'rawequal', 'rawget',
    'rawset', 'rawlen', 'select', 'setmetatable', 'tonumber', 'tostring', 'type', 'xpcall' }) do
  base[name] = _G[name]
end
base._VERSION = 'Lua 5.1'
base.setmetatable = function(object, meta)
  -- A finalizer would run later, inside somebody else's script.
  if type(meta) == 'table' and rawget(meta, '__gc') ~= nil then error('__gc is not available to scripts', 2) end
  return setmetatable(object, meta)
end
base.print = function() end
base.collectgarbage = function() return 0 end
base.unpack = table.unpack
local libraries = {}
for name, library in pairs(raw) do
  local copy = {}
  for key, value in pairs(library) do copy[key] = value end
  libraries[name] = copy
end
libraries.string.dump = nil
libraries.string.gfind = string.gmatch
libraries.math.pow = function(x, y) return x ^ y end
libraries.math.mod = math.fmod
libraries.table.getn = function(list) return #list end
libraries.table.maxn = function(list)
  local most = 0
  for key in pairs(list) do if type(key) == 'number' and key > most then most = key end end
  return most
end
string_meta.__metatable = false

local function fresh(library)
  local copy = {}
  for key, value in pairs(library) do copy[key] = value end
  return copy
end

local function environment(open)
  local env = fresh(base)
  env._G = env
  if open then
    for name, library in pairs(libraries) do env[name] = fresh(library) end
  else
    for _, name in ipairs(closed) do env[name] = fresh(libraries[name]) end
  end
  env.os = { time = os_time, date = os_date }
  env.require = function(name)
    local found = (name == 'os' or raw[name] ~= nil) and env[name] or nil
    if found == nil then error("module '" .. tostring(name) .. "' is not available to scripts", 2) end
    return found
  end
  return env
end

return function(script, open, object, params)
  local env = environment(open)
  string_meta.__index = open and env.string or nil
  env.obj = object
  env.actionParams = params
  debug_setupvalue(script, 1, env)
  return script()
end
`
