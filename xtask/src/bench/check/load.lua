-- The load of `cargo xtask bench check` for wrk: each request by another visitor, behind a declared proxy.
-- Arguments after the address: file of visitors, the first of them, mean pause before each request in ms.

local visitors, at, threads = {}, 0, 0

function setup(thread)
   thread:set("thread_number", threads)
   threads = threads + 1
end

function init(arguments)
   local line_number = 0
   for line in io.lines(arguments[1]) do
      -- Threads share nothing: each takes every other line.
      if line_number % 2 == thread_number % 2 then
         visitors[#visitors + 1] = wrk.format("GET", nil, {
            ["Host"] = wrk.headers["Host"],
            ["X-Forwarded-For"] = line:match("^[^,]+"),
         })
      end
      line_number = line_number + 1
   end
   at = tonumber(arguments[2])
   local pause = tonumber(arguments[3])
   if pause > 0 then
      function delay() return math.floor(2 * pause * math.random() + 0.5) end
   end
end

function request()
   at = at % #visitors + 1
   return visitors[at]
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format("measured %d %d %d %d %d %d\n",
      summary.requests, summary.duration, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
