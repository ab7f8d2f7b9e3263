#include "net/graph/page_json.h"

namespace belfry::net {

Result<JsonPage> page_from_json(std::string_view bytes) {
  const auto json = JsonView::parse(bytes);
  if (!json) return fail(json.error());
  const JsonView value = (*json)["value"];
  if (!value.is_array()) return fail(ErrorKind::refused, "a list without `value`");
  return JsonPage{value, (*json)["@odata.nextLink"].text(), (*json)["@odata.deltaLink"].text()};
}

}  // namespace belfry::net
