-- Load for wrk: wrk … -s wrk.lua URL -- FILE SECONDS
-- FILE holds whole requests with a NUL after each; they are sent in turn for SECONDS, and then each
-- connection falls silent once it has its answer. wrk itself breaks off at its -d instead, so that
-- nobody could say how many requests the server has seen.
local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds; long nanoseconds; } timespec_t;
  int clock_gettime(int clock, timespec_t *time);
]])
local CLOCK_MONOTONIC = 1
local time = ffi.new("timespec_t")

local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local requests, next_request, seconds, deadline = {}, 0, 0, nil
local probed = false
started, ended, sent, silent = 0, 0, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for text in file:read("*a"):gmatch("[^%z]+") do
    requests[#requests + 1] = text
  end
  file:close()
  seconds = tonumber(args[2])
end

function request()
  -- wrk asks for one request beforehand, to look at it.
  if not probed then
    probed = true
    return requests[1]
  end
  local t = now()
  if deadline == nil then
    started = t
    deadline = t + seconds
  end
  if t >= deadline then
    ended = t
    silent = silent + 1
    return ""
  end
  sent = sent + 1
  next_request = next_request % #requests + 1
  return requests[next_request]
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    '\n{"sent":%d,"completed":%d,"silent":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"failed":%d}\n',
    thread:get("sent"), summary.requests, thread:get("silent"), thread:get("ended") - thread:get("started"),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
