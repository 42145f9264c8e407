-- What wrk sends.  The file named by the first argument has one line a sender:
-- path, cookie, body with %d for the number.  Numbers count up from the second argument.
-- Each hash of a receipt goes into the file named by the third.
local senders, turn, failed = {}, 0, 0
local receipts, number, origin

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, cookie, body = line:match("^(%S+)\t(%S*)\t(.+)$")
    senders[#senders + 1] = { path = path, cookie = cookie, body = body }
  end
  number = tonumber(arguments[2])
  receipts = io.open(arguments[3], "w")
  origin = arguments[4]
end

function request()
  turn = turn + 1
  local sender = senders[(turn - 1) % #senders + 1]
  local round = math.floor((turn - 1) / #senders)
  return wrk.format("POST", sender.path, {
    ["Content-Type"] = "application/json", ["Origin"] = origin, ["Cookie"] = sender.cookie,
  }, sender.body:gsub("%%d", number + round, 1):gsub("%%p", round % 100 + 1))
end

function response(status, _, body)
  local hash = body:match('"hash":"(%x+)"') or "-"
  receipts:write(status, " ", hash, "\n")
end
