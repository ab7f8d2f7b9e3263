#pragma once

#include <string>

namespace belfry::sandbox {

/// The demo's page: Teams on the left, Mattermost on the right, driven by the control API alone.
///
/// It asks the server that it came from, or the one that `?control=http://…` names. One HTML
/// document without anything from outside; what people wrote never becomes HTML by being inserted
/// as such.
[[nodiscard]] std::string demo_page();

}  // namespace belfry::sandbox
