---@meta upkeep.tls

--- Looks at the certificates that the target serves. The handshake is completed whatever they
--- are worth, and nothing is sent over it. No connection or no handshake (refused, no such name,
--- not TLS, over the target's time limit) raises an error whose `reason` says which.
---@class upkeep.tls
local tls = {}

--- One certificate as it was served.
---@class upkeep.tls.Certificate
---@field subject string RFC 2253 name: "CN=api.example.org,O=Example".
---@field issuer string RFC 2253 name.
---@field serial string Hexadecimal, lower case.
---@field dns_names string[] Subject alternative names.
---@field ip_addresses string[] Subject alternative addresses, numeric.
---@field not_before number Seconds since 1970.
---@field not_after number Seconds since 1970.
---@field days_left number Until not_after; negative once it has passed.
---@field sha256 string Fingerprint, hexadecimal, lower case.
---@field key_type string "RSA", "EC", "ED25519" …
---@field key_bits integer
---@field signature_algorithm string "sha256WithRSAEncryption", "ecdsa-with-SHA256" …
---@field self_signed boolean Subject and issuer are the same.

---@class upkeep.tls.Facts
---@field address string The numeric address that answered.
---@field server_name string The name that was asked for and that the certificate must have.
---@field version string "TLSv1.2" or "TLSv1.3".
---@field trusted boolean The chain leads to a trusted authority, is in its time, and is for server_name (mode verify-ca: whatever its name).
---@field verify_error string Why not, in OpenSSL's words; "" when trusted.
---@field name_matches boolean Whether the leaf is for server_name, whatever else is wrong.
---@field days_left number The least of the chain's: a chain ends with its first certificate to expire.
---@field chain upkeep.tls.Certificate[] As served, leaf first.
---@field milliseconds number Resolving, connecting and the handshake together.

--- Connects, shakes hands and tells what was served.
---@async
---@return upkeep.tls.Facts
---@needs tls:connect
function tls.connect() end

return tls
