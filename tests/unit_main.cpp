#define BOOST_TEST_MODULE belfry
#include <boost/test/unit_test.hpp>
