// SPDX-License-Identifier: Apache-2.0
#include "checks/postgres/rights.h"

#include <set>

#include "checks/postgres/errors.h"

namespace upkeep::postgres {

std::vector<std::string> RolesOf(const checks::Need& need) {
  if (need.module != "postgres") return {};
  if (need.verb == "role") return {need.object};
  // Anybody may call it; ending the sessions of others, and seeing when they began, are roles.
  if (need.verb == "function" && need.object == "pg_terminate_backend") {
    return {"pg_signal_backend", "pg_read_all_stats"};
  }
  return {};
}

std::vector<std::string> GrantStatements(const std::vector<checks::Need>& needs, const std::string& role) {
  std::set<std::string> statements;
  for (const checks::Need& need : needs) {
    const std::vector<std::string> roles = RolesOf(need);
    for (const std::string& one : roles) {
      statements.insert("GRANT " + Identifier(one) + " TO " + Identifier(role) + ";");
    }
    if (roles.empty() && need.module == "postgres" && need.verb == "function") {
      statements.insert("GRANT EXECUTE ON FUNCTION " + need.object + " TO " + Identifier(role) + ";");
    }
  }
  return {statements.begin(), statements.end()};
}

const char* GrantedSql() {
  return "SELECT r.rolname AS name FROM pg_catalog.pg_auth_members m "
         "JOIN pg_catalog.pg_roles r ON r.oid = m.roleid "
         "JOIN pg_catalog.pg_roles u ON u.oid = m.member WHERE u.rolname = current_user "
         "UNION ALL SELECT a.name FROM pg_catalog.pg_roles u CROSS JOIN LATERAL (VALUES "
         "('SUPERUSER', u.rolsuper), ('CREATEROLE', u.rolcreaterole), ('CREATEDB', u.rolcreatedb), "
         "('REPLICATION', u.rolreplication), ('BYPASSRLS', u.rolbypassrls)) AS a(name, has) "
         "WHERE u.rolname = current_user AND a.has ORDER BY 1";
}

}  // namespace upkeep::postgres
