-- KEYS: the stream, and the ids of late with the second each came. ARGV: entries to keep, seconds to keep ids, then id, name and body of each event.
local now = tonumber(redis.call('TIME')[1])
for i = 3, #ARGV, 3 do
	if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
		redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'id', ARGV[i], 'name', ARGV[i + 1], 'event', ARGV[i + 2])
		redis.call('ZADD', KEYS[2], now, ARGV[i])
	end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[2]))
return 1
